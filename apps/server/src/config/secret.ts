import { inspect } from 'node:util';

const REDACTED = '[secret]';

/** A secret of the operator's. Printing, logging or serialising it shows `[secret]`; only `reveal` opens it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
