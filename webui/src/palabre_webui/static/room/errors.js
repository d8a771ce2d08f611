/**
 * What a person can act on: a stable code to branch on and a message in their language to show.
 * Acts and media calls reject with it.
 */
export class RefusedError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "RefusedError";
    this.code = code;
  }
}

/**
 * The payload of an acknowledgement, or a RefusedError.
 *
 * @param {any} acknowledgement `{ok: true, …}` or `{ok: false, error: {code, message}}`
 */
export function accepted(acknowledgement) {
  if (acknowledgement?.ok) return acknowledgement;
  const { code = "bad_answer", message = "" } = acknowledgement?.error ?? {};
  throw new RefusedError(code, message);
}
