export { DefineBuiltInTiers } from './define-built-in-tiers';
export { defineBuiltIn, evolve, TIER, type TierState } from './tier';
export { TiersApiModule } from './tiers-api.module';
export { tierModel } from './tier-model';
