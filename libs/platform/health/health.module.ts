import { type DynamicModule, Module } from '@nestjs/common';
import { HealthParts } from './health-parts';

/** Global: where contexts plug in parts of the health. */
@Module({ providers: [HealthParts], exports: [HealthParts] })
export class HealthPartsModule {
  static register(): DynamicModule {
    return { module: HealthPartsModule, global: true };
  }
}
