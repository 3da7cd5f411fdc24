/** Where the API lies; the path of a verb goes on from here. */
export const API_PREFIX = '/api/v1';

/**
 * A path in OpenAPI's notation, e.g. `/sources/{source}:refresh`, as the router wants it. A parameter takes everything
 * up to the next slash, or up to the colon of a custom method.
 */
export function toRoutePath(path: string): string {
  return path.replace(/\{(\w+)\}(:?)|:/g, (_match, name: string | undefined, method: string | undefined) => {
    if (name === undefined) return '::';
    return method === ':' ? `:${name}(^[^:/]+)::` : `:${name}`;
  });
}
