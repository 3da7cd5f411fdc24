import { setImmediate as turn } from 'node:timers/promises';
import type { AskerWords, CatalogTable, DisclosureView } from '@strongroom/protocol';
import type { Asker } from '#contracts';
import {
  buildDisclosure,
  chooseTables,
  type Egress,
  type Exchange,
  holdBack,
  type SourceTables,
  type StatementRefusal,
  tablesSpokenOf,
  withoutValues,
} from '#egress';
import type { Clock } from '#platform/clock';
import type { Query, Reader } from '#query';
import type { Thread } from './earlier-thread.ts';
import { BUILT_IN_NAME, translateBuiltIn, translateByModel, type Translated } from './translate-question.ts';

export type DiscloseDeps = {
  readonly egress: Egress;
  readonly query: Pick<Query, 'lookup' | 'isUnique'>;
  readonly clock: Clock;
};

/** All that a translator may be told of what the person said. */
export type Said = Pick<Reader, 'lease' | 'signal'> & {
  readonly question: AskerWords;
  /** What it goes on from; null: it stands alone. */
  readonly thread: Thread | null;
  /** Whom it is told to; null: the built-in translator. */
  readonly model: string | null;
  readonly preferences: readonly AskerWords[];
  readonly holdsLiterals: boolean;
};

/** What a translator is told, before it is told, and the power to let it translate. */
export type Told = {
  readonly view: DisclosureView;
  /** With a model, filled in when it answers; null: nothing is sent. */
  readonly exchange: Exchange | null;
  translate(): Promise<Translated>;
};

/** More tables than these are too many to find a question's words in each; those it speaks of most are as many as it could mean. */
const TABLES_MAX = 200;
const TABLES_SPOKEN_OF_MAX = 40;

export type Translator = {
  readonly name: string;
  /** `refusal`: what the guard said of the statement that it gave last. */
  tell(refusal: StatementRefusal | null): Promise<Told>;
};

/**
 * Nothing leaves this process, so it is told of every table, unless there are very many. What it does not understand is not told to it either:
 * preferences.
 */
export async function builtIn(
  deps: DiscloseDeps,
  asker: Asker,
  said: Said,
  sources: readonly SourceTables[],
): Promise<Translator> {
  const { question, thread } = said;
  const all = sources.flat();
  const tables =
    all.length <= TABLES_MAX ? all : await tablesSpokenOf(allWords(said).join('\n'), sources, TABLES_SPOKEN_OF_MAX);
  const earlier = thread === null ? null : { words: thread.words, statement: null };
  return {
    name: BUILT_IN_NAME,
    tell: async () => ({
      view: deps.egress.keep(buildDisclosure({ question, tables, earlier })),
      exchange: null,
      translate: () => translateBuiltIn(deps, asker, said, tables),
    }),
  };
}

/** A disclosure is in the audit log when `tell` resolves; it leaves with `translate`. Throws `egress/*`. */
export async function model(
  deps: DiscloseDeps,
  asker: Asker,
  said: Said,
  sources: readonly SourceTables[],
): Promise<Translator> {
  const { source, tables } = await chooseTables(await wordsToChooseBy(said, sources), sources);
  const words = await whatLeaves(said, tables);
  return {
    name: said.model ?? '',
    async tell(refusal) {
      const disclosed = await deps.egress.disclose(asker, buildDisclosure({ ...words, tables, refusal }), said.signal);
      const { view, exchange } = disclosed;
      return { view, exchange, translate: () => translateByModel(disclosed, source, tables) };
    },
  };
}

/** A follow-up may name no table. */
function allWords({ question, thread }: Said): readonly AskerWords[] {
  return [...(thread?.words ?? []), question];
}

/** INVARIANT: which tables are told says nothing of a value that is held back: a description may name it, or what kind of thing it is be known. */
async function wordsToChooseBy(said: Said, sources: readonly SourceTables[]): Promise<string> {
  const before = said.thread?.heldBack ?? null;
  if (!said.holdsLiterals && before === null) return allWords(said).join('\n');
  const left: string[] = [];
  for (const words of allWords(said)) left.push(await withoutValues(words, sources, before ?? []));
  return left.join('\n');
}

/** Their words, or, where literals are held back or were so far, what is left of them. */
async function whatLeaves({ question, thread, preferences, holdsLiterals }: Said, chosen: readonly CatalogTable[]) {
  const before = thread?.heldBack ?? null;
  if (!holdsLiterals && before === null) return { question, preferences, earlier: thread };
  const holder = await holdBack(chosen, before ?? []);
  // One text may take half a second to look through: others have their turn in between.
  const hold = async (texts: readonly AskerWords[]): Promise<AskerWords[]> => {
    const told: AskerWords[] = [];
    for (const words of texts) {
      told.push(holder.hold(words));
      await turn();
    }
    return told;
  };
  // A statement from when nothing was held back has the values in it.
  const statement = before === null ? null : (thread?.statement ?? null);
  const earlier = thread === null ? null : { words: await hold(thread.words), statement };
  const [told = question] = await hold([question]);
  const preferred = await hold(preferences);
  return { earlier, question: told, preferences: preferred, heldBack: holder.held() };
}
