export { DefineBuiltInTiers } from './define-built-in-tiers';
export { defineBuiltIn, TIER } from './tier';
export { TiersApiModule } from './tiers-api.module';
export { tierModel } from './tier-model';
