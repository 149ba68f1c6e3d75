import type { Actions } from '../session';
import { bulkRemove, bulkSet } from './bulk-change';
import { addTarget, pauseTarget, removeTarget, resumeTarget, setTarget } from './change-target';
import { listTargets } from './list-targets';
import { countTargets, showStatus, showTarget } from './show-target';
import { listChanges, listResults, showHistory } from './target-measurements';
import { listStatuses } from './target-statuses';

export const TARGET_ACTIONS: Actions = {
  'targets list': listTargets,
  'targets count': countTargets,
  'targets show': showTarget,
  'targets status': showStatus,
  'targets results': listResults,
  'targets history': showHistory,
  'targets statuses': listStatuses,
  'targets changes': listChanges,
  'targets add': addTarget,
  'targets set': setTarget,
  'targets pause': pauseTarget,
  'targets resume': resumeTarget,
  'targets remove': removeTarget,
  'targets bulk-set': bulkSet,
  'targets bulk-remove': bulkRemove,
};
