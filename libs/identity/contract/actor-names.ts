/** Finds the names of actors, as the metadata of events contain them: `user:<id>`, `api-key:<id>`. */
export abstract class ActorNames {
  /** Returns the name of each actor that is a user or an API key, also a revoked one; others are absent. */
  abstract namesOf(actors: readonly string[]): Promise<Map<string, string>>;
}
