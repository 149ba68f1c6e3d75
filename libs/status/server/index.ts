export { judge, neededOf, selectedOf, votesOf, worst, type Ballot, type Judgement } from './consensus';
export { StatusParticipant } from './status-participant';
export { judgeProbe, VERDICT, type PairState, type VerdictPolicy } from './verdict';
export { forgetOldChanges } from './old-changes';
export { StatusPublisher } from './status-publisher';
export { StatusApiModule } from './api/status-api.module';
export {
  changeMarks,
  type ChangeMarks,
  highestTargetKey,
  standingAfter,
  standingOfKeys,
  type StandingChange,
} from './rebuild/standing-changes';
export { republishStatuses } from './rebuild/republish-statuses';
export { targetStatusModel } from './rebuild/target-status-model';
export { projectStatuses } from './status-effects';
