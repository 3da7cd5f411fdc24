/** What we use of it; it is installed only where its bench ran. */
declare module 'minisearch' {
  class MiniSearch<Document> {
    constructor(options: {
      idField: string;
      fields: string[];
      extractField: (document: Document, field: string) => string;
      tokenize: (text: string) => string[];
      processTerm: (term: string) => string;
    });
    addAll(documents: readonly Document[]): void;
    search(words: string): { id: string; score: number }[];
  }
  export = MiniSearch;
}
