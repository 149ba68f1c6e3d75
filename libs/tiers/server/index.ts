export { completeRemovals } from './complete-removals';
export { DefineBuiltInTiers } from './define-built-in-tiers';
export { defineBuiltIn, TIER } from './tier';
export { TIER_VERSIONS } from './versions/tier-versions-projection';
