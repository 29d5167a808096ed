import type { AlertmanagerConfig } from "./alertmanager.ts";
import { type CredentialName, credentialFile, receiverCredentials } from "./names.ts";

/** The credentials that a configuration reads: an entry that nobody fills would keep Alertmanager from starting. */
export function usedCredentials(config: AlertmanagerConfig): CredentialName[] {
  const text = JSON.stringify(config);
  return (Object.keys(receiverCredentials) as CredentialName[]).filter((name) => text.includes(credentialFile(name)));
}
