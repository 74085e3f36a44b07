/** What decides whether a tag may be released, and with which words. */
export type ReleaseState = {
  /** The pushed tag, like v1.2.3. */
  readonly tag: string;
  /** Every tag of the repository, the pushed one among them. */
  readonly tags: readonly string[];
  /** The version of each package.json, by its path. */
  readonly versions: Readonly<Record<string, string>>;
  readonly changelog: string;
};

type Version = readonly [major: number, minor: number, patch: number];

/** @returns why this tag must not be released; empty when it may */
export function releaseErrors({ tag, tags, versions, changelog }: ReleaseState): readonly string[] {
  const version = parseTag(tag);
  if (version === undefined) return [`The tag ${tag} is not of the form v1.2.3.`];
  const number = version.join(".");
  const newer = tags.filter((other) => {
    const parsed = parseTag(other);
    return parsed !== undefined && parsed[0] === version[0] && compare(parsed, version) > 0;
  });
  return [
    ...Object.entries(versions)
      .filter(([, found]) => found !== number)
      .map(([path, found]) => `${path} has version ${found}, and the tag says ${number}.`),
    ...(releaseNotes(changelog, number) === undefined
      ? [`CHANGELOG.md has no text under "## ${number} (YYYY-MM-DD)".`]
      : []),
    ...(newer.length > 0
      ? [`${newer.join(", ")} is newer than ${tag}: releasing it would move v${version[0]} backwards.`]
      : []),
  ];
}

/** @returns the changelog's text for one version, without its heading; undefined where there is none */
export function releaseNotes(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => /^(\S+) \(\d{4}-\d{2}-\d{2}\)\n/.exec(text)?.[1] === version);
  return section?.slice(section.indexOf("\n")).trim() || undefined;
}

function parseTag(tag: string): Version | undefined {
  const parts = /^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(tag)?.slice(1).map(Number);
  return parts as Version | undefined;
}

function compare(one: Version, other: Version): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}
