import type { TierPreview, UnplacedTargets } from '@icmp-mon/assignment/contract';

/** The sentences of a preview, each once: those about targets that cannot be placed are shown with the targets. */
export interface PreviewLines {
  unplaced: { sentence: string; targets: UnplacedTargets }[];
  summary: string[];
}

/** Returns the sentences of a preview. The first ones are about the entries of `unplaced`, in the same order. */
export function previewLines({ sentences, targets, moved, unplaced }: TierPreview): PreviewLines {
  const summary = sentences.slice(unplaced.length);
  return {
    unplaced: unplaced.map((each, at) => ({ sentence: sentences[at] ?? each.text, targets: each })),
    summary: targets === 0 && moved === 0 ? ['The tier has no targets: no agent gets more or less to do.'] : summary,
  };
}
