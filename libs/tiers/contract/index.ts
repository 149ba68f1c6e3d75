export type { CheckParameter } from './check-parameters';
export { CHECK_PARAMETERS } from './check-parameters';
export { checkIdentity } from './policy-relations';
export * from './policy-request';
export { readPolicy } from './read-policy';
export * from './tier';
export * from './tier-events';
export * from './tier-limits';
export { TierTargets } from './tier-targets';
