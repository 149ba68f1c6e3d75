export { MoveTargets } from './move-targets';
export { AddressCheck } from './address-check';
export { ParentTargets } from './parent-targets';
export { RegisterTarget, RegisterTargetHandler } from './register-target';
export { TargetExists } from './target-exists';
export { register, remove, TARGET } from './target';
export { forgetRemovals, TargetListProjection } from './target-list/target-list-projection';
export { TierNames } from './tier-names';
export { TARGET_VERSIONS } from './versions/target-versions-projection';
