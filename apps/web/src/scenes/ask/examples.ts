/** Real questions of the sample, for the first visit. */
export const SAMPLE_SOURCE = 'aviation';
export const SAMPLE_QUESTIONS = [
  'How many flights left each origin airport? Show the top 5',
  'Average delay by month',
  'Which destination states have the worst average delay?',
] as const;
