namespace Shiplog.Cli;

/// <summary>The arguments with which the docker CLI starts a plugin: its own, the plugin's name included.</summary>
internal static class PluginArguments
{
    /// <summary>The docker CLI as it was started; <see langword="null"/> where it did not start this plugin.</summary>
    public static string? Docker => Environment.GetEnvironmentVariable("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND");

    /// <summary>Started by hand, as <c>docker-shiplog show x</c>, the plugin's name is not among the arguments.</summary>
    public static string[] Complete(string[] args) =>
        Docker is null && !args.Contains(Commands.Name) ? [Commands.Name, .. args] : args;
}
