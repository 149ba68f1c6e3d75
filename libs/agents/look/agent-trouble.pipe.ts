import { Pipe, type PipeTransform } from '@angular/core';
import { agentTrouble } from './agent-trouble';

/** Shows what prevents an agent from measuring, or makes its results unreliable; null for an agent without problems. */
@Pipe({ name: 'agentTrouble' })
export class AgentTroublePipe implements PipeTransform {
  readonly transform = agentTrouble;
}
