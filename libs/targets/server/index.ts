export { AddressCheck } from './address-check';
export { canonicalAddress } from './canonical-address';
export { RegisterTarget, RegisterTargetHandler, TargetExists } from './register-target';
export { RemoveTarget } from './remove-target';
export { evolve, register, remove, TARGET, type TargetState } from './target';
export { type StandingStatuses, targetListModel } from './target-list/target-list-model';
export { forgetRemovals, TargetListProjection } from './target-list/target-list-projection';
export { TargetsApiModule } from './targets-api.module';
