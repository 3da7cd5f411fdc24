export type KeyState = { prefix: boolean };
export type KeyAction =
  | { do: 'focus-question' }
  | { do: 'help' }
  | { do: 'cancel' }
  | { do: 'go'; to: SceneKey }
  | null;
export type SceneKey = 'ask' | 'sources' | 'catalog' | 'people' | 'audit' | 'settings';

/** Letter after `g`, and the scene it leads to. */
const SCENE_LETTERS: Readonly<Record<string, SceneKey>> = {
  a: 'ask',
  s: 'sources',
  c: 'catalog',
  p: 'people',
  l: 'audit',
  t: 'settings',
};

export type Press = { key: string; modified: boolean; typing: boolean; dialog: boolean };

/** What a key means. While someone types or a dialog is open, only Escape does, and then the dialog's own comes first. */
export function reduceKey(state: KeyState, press: Press): { state: KeyState; action: KeyAction } {
  const rest = (action: KeyAction) => ({ state: { prefix: false }, action });
  if (press.modified || press.dialog) return rest(null);
  if (press.key === 'Escape') return rest({ do: 'cancel' });
  if (press.typing) return rest(null);
  if (state.prefix) {
    const to = SCENE_LETTERS[press.key.toLowerCase()];
    return rest(to === undefined ? null : { do: 'go', to });
  }
  if (press.key === 'g') return { state: { prefix: true }, action: null };
  if (press.key === '/') return rest({ do: 'focus-question' });
  if (press.key === '?') return rest({ do: 'help' });
  return rest(null);
}
