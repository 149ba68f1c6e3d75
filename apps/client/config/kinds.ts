import type { Kind } from './kind';
import { targetKind } from './targets/target-kind';
import { tierKind } from './tiers/tier-kind';
import { windowKind } from './windows/window-kind';

/** All kinds, in the order in which they are planned and applied. */
export const KINDS: readonly Kind[] = [tierKind, targetKind, windowKind];
