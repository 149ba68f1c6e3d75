export type { CheckParameter } from './check-parameters';
export { CHECK_PARAMETERS, hasValidParameters, PING_LIMITS, portOf } from './check-parameters';
export { checkIdentity } from './policy-relations';
export * from './policy-request';
export { readCheckParameters } from './read-parameters';
export { readPolicy } from './read-policy';
export * from './tier';
export * from './tier-events';
export * from './tier-limits';
export { leadingCheck, TierChecks } from './tier-checks';
export { TierTargets } from './tier-targets';
export * from './tier-history';
export type {
  DegradedLimits,
  IndependentVoters,
  StoredVerdictRule,
  VerdictRule,
  VerdictRuleRequest,
} from './verdict-rule';
export { completeRule, INDEPENDENT_VOTERS, RULE_DEFAULTS } from './verdict-rule';
export * from './policy-history';
