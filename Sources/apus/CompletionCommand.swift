import ArgumentParser

/// A shell that can complete what is being typed.
enum Shell: String, CaseIterable, ExpressibleByArgument {
    case bash, zsh, fish

    var completion: CompletionShell {
        switch self {
        case .bash: .bash
        case .zsh: .zsh
        case .fish: .fish
        }
    }
}

/// `apus completion`
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print the completion script of a shell.",
        usage: "apus completion <shell>",
        discussion: """
            Once, for every shell that starts from then on:

              apus completion bash > /etc/bash_completion.d/apus
              apus completion zsh  > "${fpath[1]}/_apus"
              apus completion fish > ~/.config/fish/completions/apus.fish
            """
    )

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws { print(Apus.completionScript(for: shell.completion)) }
}
