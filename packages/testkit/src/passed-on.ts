/** What a program of ours that a test starts has of the test's own environment: nothing that changes what it does. */
export function passedOn(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}
