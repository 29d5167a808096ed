/** Keys and values by which one knows a secret. */
const secretKey = /passw(or)?d|secret|token|api_?key|private_?key|credential/i;
const secretValue =
  /^(xox[a-z]-|AKIA|ASIA|gh[pousr]_|sk_live_|-----BEGIN )|hooks\.slack\.com\/services\/|:\/\/[^/\s]*:[^/\s]*@/;

/** Whether a text is one of those forms that only secrets have. */
export function isSecretText(value: unknown): value is string {
  return typeof value === "string" && secretValue.test(value);
}

/** Whether a text looks like a secret, by itself or by the key that it stands under. */
export function looksSecret(key: string | number | undefined, value: unknown): boolean {
  return typeof value === "string" && (secretKey.test(String(key ?? "")) || secretValue.test(value));
}
