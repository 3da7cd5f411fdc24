import { ProblemError } from '@strongroom/protocol';

export const notUnderstood = () =>
  new ProblemError('assistant/not_understood', 422, 'the question was not understood well enough to run anything');
export const badQuestion = () =>
  new ProblemError('assistant/bad_question', 422, 'the question holds characters that are no text');
export const nothingToAsk = () =>
  new ProblemError('assistant/nothing_to_ask', 422, 'there is no source yet that you may query');
/** The same for somebody else's question and one that never was. */
export const questionNotFound = () =>
  new ProblemError('assistant/question_not_found', 404, 'there is no such question of yours');
export const nothingSent = () =>
  new ProblemError('assistant/nothing_sent', 409, 'nothing was sent to a model for this question');
export const onlyWords = () =>
  new ProblemError('assistant/only_words', 422, 'only a question in words can be followed up; this one is SQL');
export const badPreference = () =>
  new ProblemError('assistant/bad_preference', 422, 'the preference holds characters that are no text');
export const tooManyPreferences = (most: number) =>
  new ProblemError('assistant/too_many_preferences', 409, `at most ${most} preferences are kept; remove one first`, {
    members: { most },
  });
/** The same for somebody else's and one that never was. */
export const preferenceNotFound = () =>
  new ProblemError('assistant/preference_not_found', 404, 'there is no such preference of yours');
export const cancelled = () => new ProblemError('assistant/cancelled', 499, 'the question was cancelled');
export const internal = (name: string) =>
  new ProblemError('assistant/internal', 500, 'the question could not be answered, because of a fault of ours', {
    internal: name,
  });
