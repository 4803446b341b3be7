/** What a bucket needs, and the test of it. */
import { type CloudSettings, KEPT } from "../api";
import type { Desk } from "../desk/desk";
import { strings } from "../strings";
import { CloudTest } from "./CloudTest";
import type { Draft } from "./draft";
import { PasswordField, SelectField, TextField } from "./Field";

const words = strings.settings;

export const NO_CLOUD: CloudSettings = {
  endpoint: null,
  accountId: "",
  jurisdiction: null,
  bucket: "",
  accessKeyId: "",
  secretAccessKey: "",
  publicUrl: null,
  prefix: "live/",
};

export const CLOUD_FIELDS = [
  "endpoint",
  "accountId",
  "jurisdiction",
  "bucket",
  "accessKeyId",
  "secretAccessKey",
  "publicUrl",
  "prefix",
];

export function CloudFields({ desk, draft }: { desk: Desk; draft: Draft<CloudSettings> }) {
  const { value, change, wrong } = draft;
  const secretIsKept = draft.kept.secretAccessKey === KEPT;
  const r2 = value.endpoint === null;
  const kept = value.secretAccessKey === KEPT;
  return (
    <>
      <SelectField
        label={words.cloudKind}
        value={r2 ? "r2" : "s3"}
        options={[
          { value: "r2", label: words.cloudR2 },
          { value: "s3", label: words.cloudOther },
        ]}
        change={(kind) =>
          change(
            kind === "r2"
              ? { endpoint: null, accountId: value.accountId ?? "" }
              : { endpoint: "", accountId: null, jurisdiction: null },
          )
        }
      />
      {r2 ? (
        <>
          <TextField
            label={words.accountId}
            value={value.accountId ?? ""}
            change={(accountId) => change({ accountId })}
            error={wrong("accountId")}
            mono
          />
          <SelectField
            label={words.jurisdiction}
            value={value.jurisdiction ?? ""}
            options={Object.entries(words.jurisdictions).map(([value, label]) => ({ value, label }))}
            change={(jurisdiction) => change({ jurisdiction: jurisdiction || null })}
            error={wrong("jurisdiction")}
          />
        </>
      ) : (
        <TextField
          label={words.endpoint}
          keyboard="url"
          value={value.endpoint ?? ""}
          change={(endpoint) => change({ endpoint })}
          hint={words.endpointHint}
          error={wrong("endpoint")}
        />
      )}
      <TextField label={words.bucket} value={value.bucket} change={(bucket) => change({ bucket })} error={wrong("bucket")} />
      <TextField
        label={words.accessKeyId}
        value={value.accessKeyId}
        change={(accessKeyId) => change({ accessKeyId })}
        error={wrong("accessKeyId")}
        mono
      />
      <PasswordField
        label={words.secretAccessKey}
        value={kept ? "" : value.secretAccessKey}
        change={(typed) => change({ secretAccessKey: typed === "" && secretIsKept ? KEPT : typed })}
        autocomplete="off"
        {...(kept ? { hint: words.secretKept, placeholder: "••••••••" } : {})}
        error={wrong("secretAccessKey")}
      />
      <TextField
        label={words.publicUrl}
        keyboard="url"
        value={value.publicUrl ?? ""}
        change={(publicUrl) => change({ publicUrl: publicUrl || null })}
        hint={words.publicUrlHint}
        error={wrong("publicUrl")}
        optional
      />
      <TextField
        label={words.prefix}
        value={value.prefix}
        change={(prefix) => change({ prefix })}
        hint={words.prefixHint}
        error={wrong("prefix")}
      />
      <CloudTest desk={desk} value={value} />
    </>
  );
}
