const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A context goes into files and paths: only a UUID in lower case does. Throws `TypeError`. */
export function checkContext(context: string): void {
  if (!uuidPattern.test(context)) throw new TypeError('the context is not a UUID in lower case');
}
