import type { Holding } from '#contracts';

export const holdings: Holding[] = [
  {
    place: 'table',
    name: 'egress_settings',
    what: 'whether questions may go to the model, to which region, and how many tokens they may use',
    about: 'workspace',
    why: 'an administrator has set it',
    howLong: 'as long as the workspace',
    fields: {
      use_model: 'whether the model answers, or the built-in translator alone',
      region: 'where the model must be; null: anywhere',
      tokens_per_day: 'how many tokens all questions may use a day; null: any',
      tokens_per_person_per_day: 'how many tokens the questions of one person may use a day; null: any',
    },
    exported: 'not: it is about nobody',
    erased: 'with the workspace',
  },
  {
    place: 'table',
    name: 'egress_usage',
    what: 'how many questions a person sent to the model on a day, and the tokens they used; never a word of one',
    about: 'person',
    why: 'budgets',
    howLong: '35 days, or until the person is removed',
    fields: {
      day: 'in UTC',
      person_id: 'id of who asked',
      questions: 'how many requests went out',
      tokens: 'of questions and replies, as the endpoint counts them, or as we guess',
    },
    exported: 'with the person: all of it',
    erased: 'the rows go',
  },
];
