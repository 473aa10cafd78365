import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { imis, sentenceOf } from './imis.js';

const serve = (...args: string[]) => imis(['card', 'serve', '--state', 'blank', ...args]);

/** A port of this machine on which nothing listens: one that the system gave out and that was closed again. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('imis card serve', () => {
  it('ends with 3 and one sentence where nothing listens', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    const sentence = sentenceOf(await serve('--vpcd', address), 3);
    expect(sentence).toContain(`nothing listens on ${address}`);
    expect(sentence).toMatch(/pcscd/);
  });

  it('ends with 3 and one sentence for a host that is none', async () => {
    const sentence = sentenceOf(await serve('--vpcd', 'no-such-host.invalid:35963'), 3);
    expect(sentence).toContain('no-such-host.invalid');
  });

  it.each([
    ['a seed', ['--seed', '5'], /--seed is refused for a served card/],
    ['an address without port', ['--vpcd', 'localhost'], /--vpcd takes HOST:PORT, not "localhost"/],
    ['an address without host', ['--vpcd', ':35963'], /--vpcd takes HOST:PORT/],
    ['another place that is none', ['--and', 'x'], /--and takes HOST:PORT, not "x"/],
    ['one place for two cards', ['--and', '127.0.0.1:35963'], /--and names the place of the first card/],
    ['two cards on bare lines', ['--serial', 'a', '--and', 'b'], /--and goes with --vpcd and --gempc/],
    ['a port beyond all', ['--vpcd', '127.0.0.1:70000'], /--vpcd takes HOST:PORT/],
    ['port 0', ['--vpcd', '127.0.0.1:0'], /--vpcd takes HOST:PORT/],
    ['an unknown card', ['--card', 'nurse'], /allowed choices are patient, professional/],
    ['an unknown profile', ['--profile', 'x'], /no card profile "x"/],
    ['an unknown state', ['--state', 'lost'], /allowed choices are blank, visited/],
  ])('refuses %s with one sentence and 2', async (_, args, says) => {
    expect(sentenceOf(await serve(...args), 2)).toMatch(says);
  });
});
