/** Ctrl-C with a card in use: the card is let go of before the program ends. */

/** Exit status of a program that a signal ended, as shells count it. */
const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs `release` at Ctrl-C or a request to end, then ends the program; until the function that it returns is called. */
export function onInterrupt(release: () => Promise<void>): () => void {
  const handlers = (Object.keys(STATUS) as (keyof typeof STATUS)[]).map((signal) => {
    const handler = (): void => {
      void release()
        .catch(() => undefined)
        .then(() => process.exit(STATUS[signal]));
    };
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}
