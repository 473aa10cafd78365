import { describe, expect, it } from 'vitest';
import { runBesidePcscd, scriptCommand, whyNoPcscd } from './private-pcscd.js';

const SCRIPT = 'test/reader-drivers/pcscd-scenarios.ts';

async function play(name: string, options: { pcscd?: boolean } = {}): Promise<Record<string, unknown>> {
  const run = await runBesidePcscd(scriptCommand(SCRIPT, name), options);
  if (run.status !== 0)
    throw new Error(`${name}: status ${run.status}\n${run.stdout}${run.stderr}${run.pcscdLog}`);
  expect(run.leftProcesses).toEqual([]);
  expect(run.leftSockets).toEqual([]);
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

describe.skipIf(whyNoPcscd() !== undefined)('our card end, an unmodified pcscd, our PC/SC driver', () => {
  it('exchange commands of every length, in both slots, with both protocols', async () => {
    expect(await play('exchange')).toEqual({ echoes: 12 });
  });

  it('reset the card: its volatile state dies', async () => {
    expect((await play('reset')).resets).toBeGreaterThanOrEqual(4);
  });

  it('share a card or keep it', async () => {
    await play('sharing');
  });

  it('keep other programs out for a transaction', async () => {
    await play('transactions');
  });

  it('work in one thread', async () => {
    await play('sameThread');
  });

  it('tell that the service was killed', async () => {
    await play('stopped');
  });

  it('notice a card that goes and comes', async () => {
    await play('removal');
  });

  it('connect a hundred times and leave nothing', async () => {
    await play('many');
  });

  it('leave nothing even when nothing is closed', async () => {
    const run = await runBesidePcscd(scriptCommand(SCRIPT, 'careless'));
    expect([run.status, run.leftProcesses, run.leftSockets]).toEqual([0, [], []]);
  });

  it('say that no service runs', async () => {
    await play('alone', { pcscd: false });
  });
});

describe.skipIf(whyNoPcscd('opensc-tool') !== undefined)('unmodified opensc-tool', () => {
  it('finds the reader, reads the ATR and sends commands', async () => {
    const { list, atr, send } = (await play('tools')) as Record<string, string>;
    expect(list).toMatch(/^0\s+Yes\s+Virtual PCD 00 00$/m);
    expect(list).toMatch(/^1\s+No\s+Virtual PCD 00 01$/m);
    expect(atr).toContain('3b:88:80:01:4e:6f:64:65:43:61:72:64:1d');
    expect(send).toMatch(/Received \(SW1=0x90, SW2=0x00\):\n6F 07 84 05 F0 45 43 48 4F/);
    expect(send).toMatch(/Received \(SW1=0x90, SW2=0x00\):\n01 02 03/);
  });
});

describe.skipIf(whyNoPcscd() !== undefined)('the private pcscd itself', () => {
  const shell = (script: string) => runBesidePcscd(['sh', '-c', script], { timeoutMs: 20_000 });

  it('passes on the status and the output of the command', async () => {
    expect(await shell('echo out; echo err >&2; exit 7')).toMatchObject({
      status: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('sees a process and a socket that are left behind', async () => {
    const server = "require('net').createServer().listen(36000, '127.0.0.1', () => console.log('up'))";
    const run = await shell(`"${process.execPath}" -e "${server}" & sleep 1`);
    expect(run.status).toBe(0);
    expect(run.leftProcesses).toEqual([expect.stringContaining('createServer')]);
    expect(run.leftSockets).toEqual([expect.stringContaining('8CA0')]);
  });

  it('kills what does not end', async () => {
    const run = await runBesidePcscd(['sleep', '1000'], { timeoutMs: 1_500 });
    expect(run.status).toBeNull();
  });

  it('takes another reader configuration', async () => {
    const readerConf = [
      'FRIENDLYNAME "Another Name"',
      'DEVICENAME /dev/null:0x9000',
      'LIBPATH /usr/lib/pcsc/drivers/serial/libifdvpcd.so',
      'CHANNELID 0x9000',
      '',
    ].join('\n');
    const run = await runBesidePcscd(scriptCommand(SCRIPT, 'exchange'), { readerConf });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toContain('Another Name 00 00');
  });
});
