import { describe, expect, it } from 'vitest';
import { addCardInfoCommand } from '../../host/cli/index.js';
import { runInProcess } from './run-in-process.js';

describe('imis card info', () => {
  it('decodes ATR and EF.DIR, and finds the application with its secure channel', async () => {
    const { status, stdout } = await runInProcess(addCardInfoCommand, ['info', '--card', 'professional']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/protocols +T=1/);
    expect(stdout).toMatch(/IFSC 254, BWI 4, CWI 5, LRC/);
    expect(stdout).toMatch(/F0494D495302 · professional · path 3F00DF02/);
    expect(stdout.match(/^ {2}F0494D495302 · /gm)).toHaveLength(2);
    expect(stdout).toMatch(/secure channel SCP03 i=70/);
  });

  it('prints the same as JSON', async () => {
    const { stdout } = await runInProcess(addCardInfoCommand, ['info', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      protocols: [1],
      directory: [{ aid: 'f0494d495301', label: 'patient', path: '3f00df01' }],
      applications: [{ aid: 'f0494d495301', sw: '9000', secureChannels: ['SCP03 i=70'] }],
    });
  });

  it('refuses what is no target with one sentence', async () => {
    const { status, stderr } = await runInProcess(addCardInfoCommand, ['info', '--target', 'drawer']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^imis: There is no target "drawer"; known: [^\n]*\n$/);
  });
});
