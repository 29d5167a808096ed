import type { WrongCase } from "./types.ts";

const section = "trading-platform:environment";

/** Wrong stack files about the whole file and its section `environment`. */
export const environmentCases: WrongCase[] = [
  {
    name: "a misspelt key, with the nearest known one",
    change: (config) => {
      config[section].costCentre = "x";
    },
    expect: { key: "environment.costCentre", allowed: /costCenter/, nearest: "costCenter" },
  },
  {
    name: "a misspelt section",
    change: (config) => {
      config["trading-platform:enviroment"] = {};
    },
    expect: { key: "enviroment", allowed: /environment/, nearest: "environment" },
  },
  {
    name: "an account id without quotes, which YAML reads as a number",
    change: (config) => {
      config[section].accountId = 111122223333;
    },
    expect: { key: "environment.accountId", allowed: /twelve digits in quotes/ },
  },
  {
    name: "a missing key",
    change: (config) => {
      delete config[section].owner;
    },
    expect: { key: "environment.owner", allowed: /team that answers/ },
  },
  {
    name: "the recovery region equal to the region",
    change: (config) => {
      config[section].recoveryRegion = config[section].region;
    },
    expect: { key: "environment.recoveryRegion", allowed: /other than us-east-1/ },
  },
  {
    name: "a zone of another region",
    change: (config) => {
      config[section].zones[1] = "eu-west-1a";
    },
    expect: { key: "environment.zones.1", allowed: /zone of us-east-1/ },
  },
  {
    name: "a zone listed twice",
    change: (config) => {
      config[section].zones[1] = config[section].zones[0];
    },
    expect: { key: "environment.zones.1", allowed: /once/ },
  },
  {
    name: "a zone that no region has",
    change: (config) => {
      config[section].zones[1] = "us-east-1z";
    },
    expect: { key: "environment.zones.1", allowed: /a zone of the region/ },
  },
  {
    name: "a misspelt region",
    change: (config) => {
      config[section].recoveryRegion = "us-wset-2";
    },
    expect: { key: "environment.recoveryRegion", allowed: /us-west-2/, nearest: "us-west-2" },
  },
  {
    name: "an owner with signs that a tag cannot hold",
    change: (config) => {
      config[section].owner = "plat<form>";
    },
    expect: { key: "environment.owner", allowed: /which a tag may hold/ },
  },
  {
    name: "an address with a login in it, which is not shown again",
    change: (config) => {
      config[section].domain = "https://me:hunter2@example.com";
    },
    expect: {
      key: "environment.domain",
      allowed: /./,
      found: "a text that looks like a secret and is not shown",
    },
  },
  {
    name: "a wrong type",
    change: (config) => {
      config[section].protect = "yes";
    },
    expect: { key: "environment.protect", allowed: /true or false/ },
  },
  {
    name: "a secret in a field that takes any text",
    change: (config) => {
      config[section].owner = "AKIAIOSFODNN7EXAMPLE";
    },
    expect: {
      key: "environment.owner",
      allowed: /anybody may read/,
      found: "a text that looks like a secret and is not shown",
    },
  },
  {
    name: "a section without its namespace",
    change: (config) => {
      config.environment = config[section];
      delete config[section];
    },
    expect: { key: "environment", allowed: /begin with "trading-platform:"/, nearest: section },
  },
  {
    name: "a section with two letters turned round",
    change: (config) => {
      config["trading-platform:environmetn"] = {};
    },
    expect: { key: "environmetn", allowed: /environment/, nearest: "environment" },
  },
  {
    name: "a section that is not there, with the keys that it has",
    change: (config) => {
      delete config["trading-platform:cache"];
    },
    expect: { key: "cache", allowed: /^a map of engine, version, nodeType/ },
  },
  {
    name: "a secret below a misspelt section, which is not shown",
    change: (config) => {
      config["trading-platform:smtp"] = { password: "hunter-two" };
    },
    expect: { key: "smtp", allowed: /routing/, found: '{"password":"(not shown)"}' },
  },
  {
    name: "a section that is not a map",
    change: (config) => {
      config[section] = "staging";
    },
    expect: { key: "environment", allowed: /^a map of name, accountId/ },
  },
  {
    name: "provider configuration that would be ignored",
    change: (config) => {
      config["aws:region"] = "eu-west-1";
    },
    expect: { key: "aws:region", allowed: /trading-platform:/ },
  },
];
