type Listener = { readonly host: string; readonly port: number };

/** What no source may point at: ourselves, and the database that holds our own tables. */
export function ownListeners(listener: Listener | null, databaseUrl: string | undefined): Listener[] {
  const database = databaseUrl === undefined ? null : new URL(databaseUrl);
  return [
    ...(listener === null ? [] : [listener]),
    ...(database === null ? [] : [{ host: database.hostname, port: Number(database.port || 5432) }]),
  ];
}
