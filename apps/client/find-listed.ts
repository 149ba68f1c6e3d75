import { Refusal } from './api/refusal';
import type { Session } from './session';

/** A kind of entities that commands name. */
export interface Listed<Entity> {
  /** Path of their list. */
  path: string;
  /** Word for one of them. */
  noun: string;
  /** Command that lists them. */
  command: string;
  isNamed: (entity: Entity, name: string) => boolean;
}

/**
 * Returns the entity that the first argument of the command names.
 * @throws Refusal when there is none
 */
export async function findListed<Entity>(
  { api, asked }: Session,
  { path, noun, command, isNamed }: Listed<Entity>,
): Promise<Entity> {
  const [name = ''] = asked.args;
  const { items } = await api.readDocument<{ items: Entity[] }>(path);
  const found = items.find((entity) => isNamed(entity, name));
  if (found !== undefined) return found;
  throw new Refusal(`There is no ${noun} "${name}". List them: icmpmon ${command}`);
}
