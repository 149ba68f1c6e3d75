import type { Actions } from '../session';
import { listTargets } from './list-targets';

export const TARGET_ACTIONS: Actions = {
  'targets list': listTargets,
};
