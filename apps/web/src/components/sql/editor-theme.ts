import { EditorView } from '@codemirror/view';

/** How every editor looks: the page's own colours, in light and dark. */
export const editorTheme = EditorView.theme({
  '&': { color: 'var(--mantine-color-text)', backgroundColor: 'transparent', fontSize: '14px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': {
    fontFamily: 'var(--sr-font-mono)',
    minHeight: '104px',
    maxHeight: '40vh',
    lineHeight: '22px',
    padding: '8px 12px',
    caretColor: 'var(--sr-accent)',
    outline: 'none !important',
  },
  '.cm-scroller': { maxHeight: '40vh', overflow: 'auto' },
  '.cm-placeholder': { color: 'var(--mantine-color-placeholder)' },
  '.cm-cursor': { borderLeftColor: 'var(--sr-accent)', borderLeftWidth: '2px' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--sr-accent-soft)',
  },
  '.cm-tooltip': {
    border: '1px solid var(--sr-line-strong)',
    borderRadius: '6px',
    backgroundColor: 'var(--sr-surface)',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--sr-font-mono)', fontSize: '12px' },
  '.cm-tooltip-autocomplete > ul > li': { padding: '4px 12px !important' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--sr-accent-soft)',
    color: 'var(--mantine-color-text)',
  },
  '.cm-completionDetail': { color: 'var(--mantine-color-dimmed)', fontStyle: 'normal' },
});
