import 'reflect-metadata';
import { runApp } from '@icmp-mon/platform/ops';
import { readProjectorConfig } from './config';
import { projectorApp } from './projector.module';

runApp(projectorApp(readProjectorConfig));
