/** A forward-only step of the product's own schema: static SQL, run once, in the order the root lists them. */
export type Migration = { readonly id: string; readonly sql: string };
