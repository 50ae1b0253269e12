/// What policies can name, in one place: the checker's types and the documentation come from it.
package enum PolicyLanguage {
    /// One structure of the documentation.
    package struct Section: Hashable, Sendable {
        package let name: String
        package let summary: String
        package let fields: [Field]
    }

    /// One variable or field.
    package struct Field: Hashable, Sendable {
        package let name: String
        package let type: CELType
        package let summary: String
    }

    /// The variables, then every structure, in the order of the documentation.
    package static let sections: [Section] = [
        PlanFacts.table.section, FleetFacts.table.section, WaveFacts.table.section,
        BackendFacts.table.section, ServerFacts.table.section, ServerChangeFacts.table.section,
        MapFacts.table.section, ListFacts.table.section, LimitFacts.table.section,
        CertificateFacts.table.section, PlanCounts.table.section,
        CommitFacts.table.section, PreviousFacts.table.section, DeclaredFacts.table.section,
    ]

    /// Without `params`, which each policy brings itself.
    static let environment: CELEnvironment = {
        var environment = CELEnvironment()
        for section in sections {
            let types = Dictionary(uniqueKeysWithValues: section.fields.map { ($0.name, $0.type) })
            if section.name == PlanFacts.table.name {
                environment.variables = types
            } else {
                environment.structures[section.name] = types
            }
        }
        return environment
    }()

    /// Functions by what they are for, as the documentation lists them.
    package static let functions: [(topic: String, names: String)] = [
        ("operators", "+ - * / %   == != < <= > >=   && || !   ?:   in   [ ]   ."),
        (
            "lists, maps",
            "size()  all(x, …)  exists(x, …)  exists_one(x, …)  map(x, …)  filter(x, …)  has(a.b)"
        ),
        ("text", "contains()  startsWith()  endsWith()  matches() (RE2, without \\p)  size()"),
        ("conversion", "int()  uint()  double()  string()  bytes()  bool()  type()  dyn()"),
        (
            "time",
            "timestamp()  duration()  getFullYear()  getMonth()  getDate()  getDayOfWeek()  getHours()  getMinutes()"
        ),
        ("addresses", "cidr('10.0.0.0/8').containsIP(s.address)  isIP()"),
    ]

    /// The documentation as a person reads it on a terminal: `apus policy schema`.
    package static var documentation: [StyledText] {
        var lines: [StyledText] = []
        for section in sections {
            let isTop = section.name == PlanFacts.table.name
            var head = StyledText(isTop ? "Variables" : section.name, .strong)
            head.append("  \(section.summary)", .faint)
            lines.append(head)
            let extra = Field(
                name: "params",
                type: .object("Params"),
                summary: "The policy's own values, by their names."
            )
            let fields = section.fields + (isTop ? [extra] : [])
            let width = fields.map(\.name.count).max() ?? 0
            for field in fields {
                var line = StyledText("    ")
                line.append(field.name, .note)
                line.pad(to: 6 + width)
                line.append("\(field.type)")
                line.pad(to: 8 + width + 20)
                line.append(field.summary)
                lines.append(line)
            }
            lines.append(StyledText())
        }
        lines.append(StyledText("Functions and operators", .strong))
        for entry in functions {
            let (topic, names) = entry
            var line = StyledText("    ")
            line.append(topic, .note)
            line.pad(to: 18)
            line.append(names)
            lines.append(line)
        }
        return lines
    }
}

extension FactTable {
    var section: PolicyLanguage.Section {
        PolicyLanguage.Section(
            name: name,
            summary: summary,
            fields: fields.map {
                PolicyLanguage.Field(name: $0.name, type: $0.type, summary: $0.summary)
            }
        )
    }
}
