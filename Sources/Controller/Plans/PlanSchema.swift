import Planning

/// JSON Schema of a saved plan, for whoever reads one with a program of their own.
package enum PlanSchema {
    /// JSON Schema 2020-12.
    package static let json = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "https://apus.example/schema/plan-\(Plan.currentSchema).json",
          "title": "A plan saved by apus plan --out",
          "type": "object",
          "additionalProperties": false,
          "required": ["digest", "content"],
          "properties": {
            "digest": {"$ref": "#/$defs/digest", "description": "SHA-256 of content as JSON, keys sorted, without white space"},
            "content": {
              "type": "object",
              "additionalProperties": false,
              "required": ["schema", "revision", "created", "expires", "summary", "fleets"],
              "properties": {
                "schema": {"const": \(Plan.currentSchema)},
                "revision": {"$ref": "#/$defs/revision"},
                "created": {"$ref": "#/$defs/time"},
                "expires": {"$ref": "#/$defs/time"},
                "summary": {"$ref": "#/$defs/summary"},
                "fleets": {"type": "array", "items": {"$ref": "#/$defs/fleet"}}
              }
            }
          },
          "$defs": {
            "digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
            "time": {"type": "integer", "description": "milliseconds since 1970 (UTC)"},
            "name": {"type": "string", "minLength": 1, "maxLength": 255},
            "count": {"type": "integer", "minimum": 0},
            "revision": {
              "type": "object",
              "additionalProperties": false,
              "required": ["commit", "tree", "summary", "author"],
              "properties": {
                "commit": {"type": "string"},
                "tree": {"type": "string"},
                "summary": {"type": "string"},
                "author": {"type": "string"}
              }
            },
            "summary": {
              "type": "object",
              "additionalProperties": false,
              "required": ["add", "change", "replace", "remove", "proxies", "operations"],
              "properties": {
                "add": {"$ref": "#/$defs/count"},
                "change": {"$ref": "#/$defs/count"},
                "replace": {"$ref": "#/$defs/count"},
                "remove": {"$ref": "#/$defs/count"},
                "proxies": {"$ref": "#/$defs/count"},
                "operations": {"$ref": "#/$defs/count"}
              }
            },
            "fleet": {
              "type": "object",
              "additionalProperties": false,
              "required": ["plan", "digest", "targets", "rollout", "unplanned", "findings"],
              "properties": {
                "plan": {"$ref": "#/$defs/plan"},
                "digest": {"$ref": "#/$defs/digest", "description": "of the plan alone; what an acknowledgement names"},
                "targets": {"type": "array", "items": {"$ref": "#/$defs/target"}},
                "rollout": {"type": "object"},
                "findings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
                "unplanned": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["proxy", "reason"],
                    "properties": {"proxy": {"$ref": "#/$defs/name"}, "reason": {"type": "string"}}
                  }
                }
              }
            },
            "finding": {
              "type": "object",
              "additionalProperties": false,
              "required": ["policy", "enforcement", "message", "origin", "fleet", "proxies"],
              "properties": {
                "policy": {"type": "string"},
                "enforcement": {"enum": ["audit", "warn", "deny", "override"]},
                "message": {"type": "string"},
                "origin": {"type": "object"},
                "fleet": {"$ref": "#/$defs/name"},
                "proxies": {"type": "array", "items": {"$ref": "#/$defs/name"}},
                "exemption": {"type": "string", "description": "why it does not count"},
                "acknowledgement": {"type": "string", "description": "who let it pass, and why"}
              }
            },
            "target": {
              "type": "object",
              "required": ["name", "runtime", "zone"],
              "properties": {
                "name": {"$ref": "#/$defs/name"},
                "runtime": {"type": "object", "description": "where the Runtime API listens"},
                "zone": {"type": "string"}
              }
            },
            "plan": {
              "type": "object",
              "additionalProperties": false,
              "required": ["schema", "revision", "fleet", "groups"],
              "properties": {
                "schema": {"const": \(Plan.currentSchema)},
                "revision": {"$ref": "#/$defs/revision"},
                "fleet": {"$ref": "#/$defs/name"},
                "groups": {"type": "array", "items": {"$ref": "#/$defs/group"}}
              }
            },
            "group": {
              "type": "object",
              "description": "proxies whose steps and remarks are alike",
              "additionalProperties": false,
              "required": ["proxies", "steps", "remarks"],
              "properties": {
                "proxies": {
                  "type": "array",
                  "minItems": 1,
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["proxy", "incarnation", "base"],
                    "properties": {
                      "proxy": {"$ref": "#/$defs/name"},
                      "incarnation": {
                        "type": "object",
                        "required": ["pid", "startTime"],
                        "properties": {"pid": {"type": "integer"}, "startTime": {"type": "integer"}}
                      },
                      "base": {"type": "string", "description": "digest of the observed fields the steps depend on"}
                    }
                  }
                },
                "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
                "remarks": {"type": "array", "items": {"$ref": "#/$defs/remark"}},
                "hidden": {
                  "type": "array",
                  "description": "marks of what proxies do not show of the servers that have steps",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["servers", "mark"],
                    "properties": {
                      "servers": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                          "type": "object",
                          "additionalProperties": false,
                          "required": ["backend", "server"],
                          "properties": {"backend": {"$ref": "#/$defs/name"}, "server": {"$ref": "#/$defs/name"}}
                        }
                      },
                      "mark": {"type": "string", "pattern": "^([0-9a-f]{3}|[0-9a-f]{16})$"},
                      "attributes": {"type": "object", "description": "what the mark stands for, by keyword"}
                    }
                  }
                },
                "floors": {
                  "type": "array",
                  "description": "weight that stays in service, looked at before each step that takes some away",
                  "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["backend", "weight"],
                    "properties": {"backend": {"$ref": "#/$defs/name"}, "weight": {"$ref": "#/$defs/count"}}
                  }
                }
              }
            },
            "step": {
              "type": "object",
              "additionalProperties": false,
              "required": ["id", "change", "origin", "after"],
              "properties": {
                "id": {"type": "integer", "minimum": 1},
                "change": {
                  "type": "object",
                  "required": ["op"],
                  "properties": {"op": {"type": "string"}}
                },
                "origin": {"$ref": "#/$defs/origin"},
                "after": {"type": "array", "items": {"type": "integer", "minimum": 1}}
              }
            },
            "origin": {
              "type": "object",
              "additionalProperties": false,
              "required": ["file", "line", "column"],
              "properties": {
                "file": {"type": "string"},
                "line": {"type": "integer"},
                "column": {"type": "integer"}
              }
            },
            "remark": {
              "type": "object",
              "additionalProperties": false,
              "required": ["kind", "message"],
              "properties": {
                "kind": {"type": "string"},
                "message": {"type": "string"},
                "origin": {"$ref": "#/$defs/origin"}
              }
            }
          }
        }
        """
}
