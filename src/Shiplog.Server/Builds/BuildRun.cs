using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Builds;

/// <summary>One run through a Dockerfile: the stages that the target needs, those that need nothing of each other at once.</summary>
internal sealed class BuildRun(
    BuildSteps steps, BaseImages bases, Dockerfile file, BuildRequest asked, string buildId, BuildOutput output, DockerRequest request, TimeProvider time)
{
    private readonly Dictionary<int, StageRun> _stages = [];

    /// <summary>How many of them an earlier build had done.</summary>
    public int Cached => _stages.Values.Sum(s => s.Cached);

    /// <summary>The stage that failed; <see langword="null"/> where none did.</summary>
    public StageRun? Failed { get; private set; }

    /// <summary>How many steps the build has; 0 before that is known.</summary>
    public int Total { get; private set; }

    /// <returns>The image's id.</returns>
    /// <exception cref="BuildException">It came to nothing.</exception>
    public async Task<string> RunAsync()
    {
        if (!file.TryGlobalVariables(asked.Args, out var global, out var refusal))
            throw BuildException.Of(refusal);
        var target = Target();
        BuildStage[] stages = [.. file.NeededFor(target, asked.Args).Select(index => index == target ? WithLabels(file.Stages[index]) : file.Stages[index])];
        Total = file.MetaArgs.Length + stages.Sum(s => 1 + s.Instructions.Length);
        await output.StartAsync();
        await WarnAsync(file.Warnings);
        if (asked.CacheFrom is not [])
            await WarnAsync(["--cache-from: only steps that were done on this host serve as cache; what an image says of its own history proves nothing"]);
        foreach (var (argument, number) in file.MetaArgs.Append(stages[0].FromInstruction).Select((a, i) => (a, i + 1)))
            await output.SayAsync($"Step {number}/{Total} : {argument.Original}\n");
        var images = await bases.GetAllAsync(stages, file, global, asked, output, request);
        var state = await RunAsync(stages, new SharedBuild(buildId, file, asked, global, images, _stages, Total, request), target);
        string[] unused = [.. asked.Args.Keys.Where(a => !IsDeclared(a, global) && !BuildArguments.IsPredefined(a)).Order(StringComparer.Ordinal)];
        if (unused is not [])
            await WarnAsync([$"One or more build-args [{string.Join(' ', unused)}] were not consumed"]);
        return state.ImageId ?? throw BuildException.Invalid("No image was generated. Is your Dockerfile empty?");
    }

    private async Task<StageState> RunAsync(BuildStage[] stages, SharedBuild build, int target)
    {
        var first = 1 + file.MetaArgs.Length;
        foreach (var stage in stages)
        {
            _stages[stage.Index] = new StageRun(steps, stage, first, isAnnounced: stage == stages[0], time);
            first += 1 + stage.Instructions.Length;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(request.Cancellation);
        Task[] running = [.. _stages.Values.Select(s => EndingOthersAsync(s, build, ended))];
        // Whole stages, one after the other, for whoever reads along.
        foreach (var stage in _stages.Values)
        {
            await foreach (var text in stage.Said)
                await output.SayAsync(text);
            if (stage.End is { IsCompletedSuccessfully: true, Result.ImageId: { } id })
                await output.TellAsync(id);
        }
        await Task.WhenAll(running);
        if (Failed is { } failed)
            await failed.End;
        return await _stages[target].End;
    }

    private async Task EndingOthersAsync(StageRun stage, SharedBuild build, CancellationTokenSource ended)
    {
        await stage.RunAsync(build, ended.Token);
        if (!stage.End.IsFaulted)
            return;
        // A stage that waited for this one fails with it, and later.
        Failed ??= stage;
        await ended.CancelAsync();
    }

    private int Target() => asked.Options.Target is not { } target ? file.Stages.Length - 1
        : file.StageOf(target, file.Stages.Length) ?? throw BuildException.Invalid($"target stage \"{target}\" could not be found");

    /// <summary>Labels of the client's are instructions of the last stage, as the classic builder has it.</summary>
    private BuildStage WithLabels(BuildStage stage) => asked.Options.Labels is not { } labels ? stage
        : stage with { Instructions = [.. stage.Instructions, .. LabelInstruction.Of(labels, file.Escape, stage.FromInstruction.Line)] };

    private bool IsDeclared(string name, IReadOnlyDictionary<string, string> global) =>
        global.ContainsKey(name) || _stages.Values.Any(s => s.Declared.Contains(name));

    private async Task WarnAsync(IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
            await output.SayAsync($"[Warning] {warning}\n");
    }
}
