using System.Globalization;
using System.Threading.Channels;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Builds;

/// <summary>What all stages of one build share.</summary>
/// <param name="Global">The ARGs before the first FROM.</param>
/// <param name="Images">The images that stages begin with or copy from, by the names in the Dockerfile.</param>
/// <param name="Stages">The stages under way or done, by their index.</param>
/// <param name="Total">How many steps the build has.</param>
internal sealed record SharedBuild(
    string Id, Dockerfile File, BuildRequest Asked, IReadOnlyDictionary<string, string> Global, IReadOnlyDictionary<string, Image> Images,
    IReadOnlyDictionary<int, StageRun> Stages, int Total, DockerRequest Request);

/// <summary>One stage of a build: step by step, each an event. Stages run beside each other and wait where one needs another.</summary>
/// <param name="first">The number of its first step, from 1.</param>
/// <param name="isAnnounced">Its FROM has been told: what it begins with may have had to be pulled.</param>
internal sealed class StageRun(BuildSteps steps, BuildStage stage, int first, bool isAnnounced, TimeProvider time) : IBuildOutput
{
    private readonly Channel<string> _said = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<StageState> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The step under way.</summary>
    public int Step { get; private set; } = first - 1;

    /// <summary>Its instruction.</summary>
    public Instruction Instruction { get; private set; } = stage.FromInstruction;

    /// <summary>How many steps an earlier build had done.</summary>
    public int Cached { get; private set; }

    /// <summary>ARGs that it has declared.</summary>
    public HashSet<string> Declared { get; } = [];

    /// <summary>What it came to.</summary>
    public Task<StageState> End => _end.Task;

    /// <summary>What it says, as it comes, until its end.</summary>
    public IAsyncEnumerable<string> Said => _said.Reader.ReadAllAsync();

    private string Name => stage.Name ?? stage.Index.ToString(CultureInfo.InvariantCulture);

    public Task SayAsync(string text)
    {
        _said.Writer.TryWrite(text);
        return Task.CompletedTask;
    }

    /// <summary>Does not throw: what went wrong is in <see cref="End"/>.</summary>
    public async Task RunAsync(SharedBuild build, CancellationToken cancellation)
    {
        try
        {
            var state = await BeginAsync(build, cancellation);
            _end.SetResult(await StepsAsync(build, state, cancellation));
        }
        catch (OperationCanceledException)
        {
            _end.SetCanceled(CancellationToken.None);
        }
#pragma warning disable CA1031 // It is not lost: whoever waits for the stage gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _end.SetException(e);
        }
        finally
        {
            _said.Writer.Complete();
        }
    }

    private async Task<StageState> BeginAsync(SharedBuild build, CancellationToken cancellation)
    {
        var began = await SayStepAsync(stage.FromInstruction, build, cancellation);
        var name = BaseNames.Of(stage, build.File, build.Asked);
        var state = name is BaseNames.Scratch ? BuildSteps.Nothing(build.Asked.Options.Platform)
            : build.File.BaseStage(name, stage.Index) is { } index ? (await build.Stages[index].End) with { Args = new Dictionary<string, string>(), HasCommand = false }
            : new StageState(build.Images[name].Id, Images.ImageWire.ConfigOf(build.Images[name]));
        await steps.RecordAsync(new BuildStepCompleted(
            build.Id, Step, Name, stage.FromInstruction.Line, stage.FromInstruction.Original, null, state.ImageId, Cached: false,
            name is BaseNames.Scratch ? "begins with nothing" : $"begins with {name}", began, time.GetUtcNow()), build.Request);
        await SayAsync(state.ImageId is { } id ? $" ---> {BuildOutput.Short(id)}\n" : " --->\n");
        return state;
    }

    private async Task<StageState> StepsAsync(SharedBuild build, StageState state, CancellationToken cancellation)
    {
        // Only while all steps of the stage before were in the cache can the next one be.
        var proven = true;
        var triggers = await TriggersAsync(state);
        state = state.WithoutTriggers();
        foreach (var trigger in triggers)
            (state, proven) = await StepAsync(build, state, trigger, proven, time.GetUtcNow(), cancellation);
        foreach (var instruction in stage.Instructions)
            (state, proven) = await StepAsync(build, state, instruction, proven, await SayStepAsync(instruction, build, cancellation), cancellation);
        return state;
    }

    /// <summary>What the image that is begun with wants done first (Dockerfile reference, "ONBUILD").</summary>
    private async Task<List<Instruction>> TriggersAsync(StageState state)
    {
        var triggers = new List<Instruction>();
        foreach (var text in state.Config.OnBuild ?? [])
        {
            if (!Dockerfile.TryParseTrigger(text, out var trigger, out var refusal))
                throw BuildException.Of(refusal);
            triggers.Add(trigger with { Line = stage.FromInstruction.Line });
        }
        if (triggers is not [])
            await SayAsync($"# Executing {triggers.Count} build {(triggers.Count == 1 ? "trigger" : "triggers")}\n");
        return triggers;
    }

    private async Task<DateTimeOffset> SayStepAsync(Instruction instruction, SharedBuild build, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Instruction = instruction;
        Step++;
        if (!isAnnounced || instruction != stage.FromInstruction)
            await SayAsync($"Step {Step}/{build.Total} : {instruction.Original}\n");
        return time.GetUtcNow();
    }

    private async Task<(StageState State, bool Cached)> StepAsync(
        SharedBuild build, StageState state, Instruction instruction, bool proven, DateTimeOffset began, CancellationToken cancellation)
    {
        if (!StepPlan.TryMake(instruction, state, build.Asked.Args, build.Global, build.File.Escape, out var plan, out var refusal))
            throw BuildException.Of(refusal);
        Declared.UnionWith(plan.After.Args.Keys);
        var from = plan.CopyFrom is { } named ? await SourceAsync(build, named) : null;
        var done = await steps.DoAsync(
            new StepToDo(build.Id, Step, Name, instruction, plan, from, proven, began), build.Asked, this, build.Request, cancellation);
        if (done.Cached)
            Cached++;
        await SayAsync($" ---> {BuildOutput.Short(done.State.ImageId!)}\n");
        return (done.State, done.Cached);
    }

    /// <summary>The image that COPY copies from: a stage before, by name or number, or an image.</summary>
    private async Task<string> SourceAsync(SharedBuild build, string named) => build.File.StageOf(named, stage.Index) is not { } index ? build.Images[named].Id
        : (await build.Stages[index].End).ImageId ?? throw BuildException.Invalid($"the stage {named} has no files: it is FROM scratch and nothing was done in it");
}
