import FoundationEssentials
import Model
import Planning
import Testing

@testable import Controller

@Suite struct PlanSchemaTests {
    @Test func `a saved plan is valid, and an edited one says where it is not`() throws {
        var plan = try Fixture.plan(steps: 2)
        plan.proxies[1].remarks = [Remark(.warning, "rings differ", origin: Fixture.at(3))]
        plan.proxies[1].floors = [ServingFloor(backend: try BackendName("shop"), weight: 70)]
        var attributes = ServerAttributes()
        attributes[.check] = .flag
        let server = ServerPath(try BackendName("shop"), try ServerName("web-1"))
        plan.proxies[1].hidden = [
            HiddenAttributes(
                servers: [server],
                mark: "0123456789abcdef",
                attributes: attributes
            ), HiddenAttributes(servers: [server], mark: "0ff", attributes: nil),
        ]
        let fleet = try PlanFile.Fleet(
            plan: plan,
            targets: [try Fixture.target("lb1"), try Fixture.target("lb2")],
            rollout: RolloutSettings(),
            unplanned: [PlanFile.Unplanned(proxy: try ProxyName("lb3"), reason: "down")]
        )
        let content = PlanFile.Content(revision: Fixture.revision, fleets: [fleet], created: 1)
        let text = String(decoding: try PlanFile(sealing: content).encoded(), as: UTF8.self)
        let read = try PlanFile(decoding: Data(text.utf8)).content.fleets[0].plan
        #expect(read.proxies.map(\.hidden) == plan.proxies.map(\.hidden))
        #expect(read.proxies.map(\.floors) == plan.proxies.map(\.floors))
        let schema = try JSON(parsing: PlanSchema.json)
        #expect(try schema.mistakes(in: JSON(parsing: text)) == [])
        let edited = text.replacing("\"after\"", with: "\"later\"")
        #expect(try schema.mistakes(in: JSON(parsing: edited)).count == 8)
        let known = "\"schema\" : \(Plan.currentSchema)"
        let old = text.replacing(known, with: "\"schema\" : 1")
        #expect(try schema.mistakes(in: JSON(parsing: old)).count == 2)
    }
}

/// A JSON value, and as much of JSON Schema 2020-12 as the plan's schema uses.
private indirect enum JSON: Hashable, Decodable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(parsing text: String) throws {
        self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    subscript(key: String) -> JSON? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    private var strings: [String] {
        guard case .list(let items) = self else { return [] }
        return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    func mistakes(in value: JSON) -> [String] {
        Self.mistakes(in: value, by: self, root: self, at: "")
    }

    private static func mistakes(in value: JSON, by schema: JSON, root: JSON, at path: String)
        -> [String]
    {
        var found: [String] = []
        if case .text(let reference)? = schema["$ref"] {
            let name = reference.replacing("#/$defs/", with: "")
            guard let target = root["$defs"]?[name] else { return ["\(path): no \(reference)"] }
            found += mistakes(in: value, by: target, root: root, at: path)
        }
        if let constant = schema["const"], constant != value { found.append("\(path): const") }
        if case .text(let type)? = schema["type"], !value.isOf(type) {
            return found + ["\(path): not a \(type)"]
        }
        if case .number(let minimum)? = schema["minimum"], case .number(let number) = value,
            number < minimum
        {
            found.append("\(path): too small")
        }
        if case .list(let items) = value, let schema = schema["items"] {
            for (index, item) in items.enumerated() {
                found += mistakes(in: item, by: schema, root: root, at: "\(path)/\(index)")
            }
        }
        guard case .object(let members) = value else { return found }
        for key in schema["required"]?.strings ?? [] where members[key] == nil {
            found.append("\(path): no \(key)")
        }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) {
            if let known = schema["properties"]?[key] {
                found += mistakes(in: member, by: known, root: root, at: "\(path)/\(key)")
            } else if schema["additionalProperties"] == .flag(false) {
                found.append("\(path): unknown \(key)")
            }
        }
        return found
    }

    private func isOf(_ type: String) -> Bool {
        switch (self, type) {
        case (.object, "object"), (.list, "array"), (.text, "string"), (.flag, "boolean"): true
        case (.number(let number), "integer"): number == number.rounded()
        case (.number, "number"): true
        default: false
        }
    }
}
