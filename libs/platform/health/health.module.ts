import { type DynamicModule, Module } from '@nestjs/common';
import { HealthParts } from './health-parts';

/** Global module: contexts plug their parts of Health in here. */
@Module({ providers: [HealthParts], exports: [HealthParts] })
export class HealthPartsModule {
  static register(): DynamicModule {
    return { module: HealthPartsModule, global: true };
  }
}
