import Foundation
import Stage

/// A tool that plans changes of something else: how to give it as many objects, and what it must say of them.
struct Rival: Sendable {
    let name: String
    let program: String
    /// Names the words that start it elsewhere.
    let variable: String
    let objects: Int
    /// Zones, modules, or files of ours.
    let groups: Int
    /// Times our CPU that it must at least cost.
    let wanted: Double
    var preparation: [String]?
    let arguments: [String]
    let says: String
    /// Writes its objects, as they are and as they shall be, into a folder of this name.
    let write: @Sendable (TemporaryFolder, String) throws -> Void

    static let all = [octoDNS, terraform]

    private static let octoDNS = Rival(
        name: "octoDNS",
        program: "octodns-sync",
        variable: "OCTODNS",
        objects: 50_000,
        groups: 50,
        wanted: 50,
        // Half of a zone is more than it lets pass unasked; without `--doit` nothing is done all the same.
        arguments: ["--config-file", "config.yaml", "--force"],
        says: "Updates=500,",
        write: writeZones
    )

    private static let terraform = Rival(
        name: "Terraform",
        program: "terraform",
        variable: "TERRAFORM",
        objects: 10_000,
        groups: 100,
        wanted: 200,
        preparation: ["init", "-input=false", "-no-color"],
        arguments: ["plan", "-input=false", "-no-color"],
        says: " 100 to change",
        write: writeModules
    )

    @Sendable private static func writeZones(_ folder: TemporaryFolder, _ home: String) throws {
        var configuration = "manager: {max_workers: 1}\nproviders:\n"
        for provider in ["before", "after"] {
            try folder.folder("\(home)/\(provider)")
            configuration += """
                  \(provider):
                    class: octodns.provider.yaml.YamlProvider
                    directory: ./\(provider)
                    enforce_order: false

                """
        }
        configuration += "zones:\n"
        for zone in 0..<50 {
            let name = "z\(zone).example.com."
            configuration += "  \(name): {sources: [after], targets: [before]}\n"
            for (provider, moved) in [("before", 0), ("after", zone == 0 ? 500 : 0)] {
                let records = (0..<1000).map { number in
                    let third = number / 256 + (number < moved ? 9 : 0)
                    return
                        "s\(number): {type: A, ttl: 300, value: 10.\(third).\(zone).\(number % 256)}\n"
                }
                try folder.write(
                    "---\n" + records.joined(),
                    to: "\(home)/\(provider)/\(name)yaml"
                )
            }
        }
        try folder.write(configuration, to: "\(home)/config.yaml")
    }

    @Sendable private static func writeModules(_ folder: TemporaryFolder, _ home: String) throws {
        try folder.folder("\(home)/backend")
        try folder.write(
            """
            variable "servers" { type = map(string) }
            resource "terraform_data" "server" {
              for_each = var.servers
              input    = each.value
            }

            """,
            to: "\(home)/backend/main.tf"
        )
        var (modules, states) = ("", [String]())
        for module in 0..<100 {
            let servers = (0..<100).map { number in
                "    s\(number) = \"10.\(module % 50 == 0 && number < 50 ? 9 : 0).\(module).\(number):8080\"\n"
            }
            modules += """
                module "b\(module)" {
                  source  = "./backend"
                  servers = {
                \(servers.joined())  }
                }

                """
            states.append(state(of: module))
        }
        try folder.write(modules, to: "\(home)/main.tf")
        // As `terraform apply` would have left it, which takes many minutes for as many objects.
        try folder.write(
            """
            {"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": "bench", "outputs": {},
             "resources": [\(states.joined(separator: ",\n"))], "check_results": null}
            """,
            to: "\(home)/terraform.tfstate"
        )
    }

    private static func state(of module: Int) -> String {
        let instances = (0..<100).map { number in
            let value = "{\"value\": \"10.0.\(module).\(number):8080\", \"type\": \"string\"}"
            return """
                {"index_key": "s\(number)", "schema_version": 0, "sensitive_attributes": [], "attributes":
                  {"id": "\(module)-\(number)", "input": \(value), "output": \(value), "triggers_replace": null}}
                """
        }
        return """
            {"module": "module.b\(module)", "mode": "managed", "type": "terraform_data", "name": "server",
             "provider": "provider[\\"terraform.io/builtin/terraform\\"]",
             "instances": [\(instances.joined(separator: ",\n"))]}
            """
    }
}
