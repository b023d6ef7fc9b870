using System.Text;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Builds;

/// <summary>Where a build says what it does.</summary>
internal interface IBuildOutput
{
    Task SayAsync(string text);
}

/// <summary>What the client sees of a build: lines of JSON, as Docker's classic builder writes them.</summary>
/// <param name="quiet">Nothing but the id at the end, and errors.</param>
internal sealed class BuildOutput(DockerRequest request, bool quiet) : IBuildOutput
{
    private readonly StringBuilder _unsaid = new();

    public bool IsQuiet => quiet;

    public Task SayAsync(string text)
    {
        if (!quiet)
            return LineAsync(text);
        _unsaid.Append(text);
        return Task.CompletedTask;
    }

    /// <summary>An image that a stage has come to, for programs.</summary>
    public async Task TellAsync(string imageId)
    {
        if (quiet)
            return;
        await StartAsync();
        await request.WriteLineAsync(new BuildAux(new BuildAuxId(imageId)), DockerJson.Default.BuildAux);
    }

    /// <summary>The image in words; quietly its id alone.</summary>
    public async Task EndAsync(string imageId, string[] familiar)
    {
        if (quiet)
        {
            await LineAsync(imageId + "\n");
            return;
        }
        await LineAsync($"Successfully built {Short(imageId)}\n");
        foreach (var name in familiar)
            await LineAsync($"Successfully tagged {name}\n");
    }

    /// <summary>What was kept quiet is told now.</summary>
    /// <param name="code">Of the program that failed; <see langword="null"/> where none did.</param>
    public async Task FailAsync(string error, int? code)
    {
        if (_unsaid.Length > 0)
            await LineAsync(_unsaid.ToString());
        await StartAsync();
        await request.WriteLineAsync(new ProgressError(new ProgressErrorDetail(error) { Code = code }, error), DockerJson.Default.ProgressError);
    }

    /// <summary>From here on whatever goes wrong is a line.</summary>
    public Task StartAsync() => request.Response.HasStarted ? Task.CompletedTask : request.StartAsync("application/json");

    /// <summary>The first twelve digits of an id.</summary>
    public static string Short(string id) => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..][..12];

    private async Task LineAsync(string text)
    {
        await StartAsync();
        await request.WriteLineAsync(new BuildLine(text), DockerJson.Default.BuildLine);
    }
}
