/** Numbers from the command line or the environment, for the programs of this folder. */

/** The number behind `--name`, else the one in the environment variable, else `otherwise`. @throws {RangeError} */
export function numberArgument<T>(name: string, variable: string, otherwise: T): number | T {
  const at = process.argv.indexOf(`--${name}`);
  const text = at >= 0 ? (process.argv[at + 1] ?? '') : process.env[variable];
  if (text === undefined || (at < 0 && text === '')) return otherwise;
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0)
    throw new RangeError(`--${name}: "${text}" is not a number`);
  return value;
}
