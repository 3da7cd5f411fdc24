import type { QueryClient } from '@tanstack/react-query';

/** Terms are shown in the glossary, beside what they are about, and in what a search finds. */
export async function changedTerms(client: QueryClient): Promise<void> {
  await Promise.all(['terms', 'tables', 'catalog-search'].map((key) => client.invalidateQueries({ queryKey: [key] })));
}
