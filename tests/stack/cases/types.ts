/** A stack file made wrong in one way, and what the message about it must say. */
export interface WrongCase {
  /** What is wrong, for the test's title. */
  name: string;
  /** Makes the staging stack's configuration wrong. */
  // biome-ignore lint/suspicious/noExplicitAny: a wrong file has no type
  change: (config: any) => void;
  expect: {
    /** Dotted key that the message names. */
    key: string;
    /** What the message says is allowed. */
    allowed: RegExp;
    /** The value as the message shows it. */
    found?: string;
    /** Nearest known key or value that the message offers. */
    nearest?: string;
  };
}
