declare const statement: unique symbol;

/**
 * SQL as a model gave it, before anything was bound in it: all that is in it came from what the model was told, so it may be told again.
 * SQL that was run is another type, and so is that of the built-in translator, which may hold values that were looked up.
 */
export type ModelStatement = string & { readonly [statement]: true };
