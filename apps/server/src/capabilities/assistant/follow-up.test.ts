import { describe, expect, test } from 'vitest';
import { readTogether } from './follow-up.ts';
import { words } from './test-room.ts';
import { AVIATION } from './translate/aviation-tables.ts';
import { translate } from './translate/translate.ts';

const VALUES: Readonly<Record<string, readonly [table: string, column: string, value: string]>> = {
  chicago: ['airports', 'city', 'Chicago'],
  denver: ['airports', 'city', 'Denver'],
  texas: ['airports', 'state', 'TX'],
};

async function sqlOf(question: string): Promise<string | null> {
  const translated = await translate({
    question,
    tables: AVIATION,
    today: new Date('2001-06-01'),
    isUnique: async () => true,
    lookup: async (table, columns, looked) => {
      const [name, column, value] = VALUES[looked.toLowerCase()] ?? [];
      return name === table.name && column !== undefined && value !== undefined && columns.includes(column)
        ? [{ column, value }]
        : [];
    },
  });
  return translated.kind === 'translated' ? translated.sql : null;
}

describe('a follow-up is read together with what it goes on from', () => {
  test.each<[string, string, string]>([
    ['How many flights are there?', 'and by month?', 'How many flights are there by month'],
    ['Average delay by destination state', 'and by month?', 'Average delay by destination state by month'],
    ['How many flights are there?', 'only from Chicago', 'How many flights are there from Chicago'],
    ['How many flights are there?', 'and in January 2001?', 'How many flights are there in January 2001'],
    ['How many flights left from Chicago?', 'and from Denver?', 'How many flights left from Denver'],
    ['How many flights left from Chicago in 2001?', 'what about Denver?', 'How many flights left from Denver in 2001'],
    ['Flights from Chicago in January 2001', 'what about February 2001?', 'Flights from Chicago in February 2001'],
    ['Average delay by origin', 'show the top 3', 'Average delay by origin. Show the top 3'],
    [
      'How many flights left each origin airport? Show the top 5',
      'the top 10',
      'How many flights left each origin airport. Show the top 10',
    ],
    [
      'How many flights left each origin airport? Show the top 5',
      'and by month',
      'How many flights left each origin airport by month? Show the top 5',
    ],
    ['How many flights are there?', 'only longer than 1000 miles', 'How many flights are there longer than 1000 miles'],
    ['How many flights are there?', 'ok, now with delay over 60', 'How many flights are there with delay over 60'],
  ])('%j, %j: %j', async (earlier, followUp, together) => {
    const read = readTogether(words(earlier), words(followUp));
    expect(read).toBe(together);
    expect(await sqlOf(together)).not.toBeNull();
  });

  test.each([
    ['How many flights were there in January 2001?', 'only in Texas'],
    ['How many flights are there?', 'just those of the moon'],
  ])('%j, %j is read together, and still not answered by guessing', async (earlier, followUp) => {
    const read = readTogether(words(earlier), words(followUp));
    expect(read).not.toBeNull();
    expect(await sqlOf(read ?? '')).toBeNull();
  });

  test.each(['How many bird strikes were there?', 'why?', 'what about it?', 'and the passengers?', 'Delete them'])(
    '%j is none',
    (followUp) => {
      expect(readTogether(words('How many flights are there from Chicago to Denver?'), words(followUp))).toBeNull();
    },
  );

  test('of two values that another could stand for, none is exchanged', () => {
    expect(readTogether(words('Flights from Chicago to Denver'), words('what about Boston?'))).toBeNull();
  });
});
