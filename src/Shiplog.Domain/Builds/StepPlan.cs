using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>What one instruction makes of a stage: decided from values alone.</summary>
/// <param name="After">The stage with the new configuration, still without the new image.</param>
/// <param name="History">What the image's history says of the step.</param>
public sealed record StepPlan(StageState After, string History)
{
    /// <summary>Files to copy in; <see langword="null"/> for none.</summary>
    public BuildCopy? Copy { get; init; }

    /// <summary>A stage, by name or number, or an image that <see cref="Copy"/>'s sources are in; <see langword="null"/> for the context.</summary>
    public string? CopyFrom { get; init; }

    /// <summary>An absolute path that is to be a folder.</summary>
    public string? Folder { get; init; }

    /// <summary>A program to run.</summary>
    public RunPlan? Run { get; init; }

    /// <summary>Who made the image, where the instruction says so.</summary>
    public string? Author { get; init; }

    // A new number makes every cached step one that has to be done again: raise it when a step comes to something else than before.
    private const int KeyVersion = 1;

    /// <param name="given">Values that the client gives for ARG.</param>
    /// <param name="escape">The Dockerfile's escape character.</param>
    public static bool TryMake(
        Instruction instruction, StageState state, IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> global, char escape,
        [NotNullWhen(true)] out StepPlan? plan, [NotNullWhen(false)] out Refusal? refusal)
    {
        (plan, refusal) = instruction.Keyword switch
        {
            "RUN" => PlanRun(instruction, state, given, escape),
            "COPY" or "ADD" => PlanCopy(instruction, state, escape),
            "ARG" => PlanArg(instruction, state, given, global, escape),
            "SHELL" => PlanShell(instruction, state, escape),
            "MAINTAINER" => (new StepPlan(state, HistoryText.AsWritten(instruction)) { Author = instruction.Rest }, null),
            _ => PlanConfig(instruction, state, escape),
        };
        return plan is not null;
    }

    /// <summary>The plan, now that it is known what is copied.</summary>
    public StepPlan With(BuildSourceDigest sources) => this with { History = HistoryText.OfCopy(Copy!, sources) };

    /// <summary>The config of the new image, complete but for the layer's diff id.</summary>
    public string ConfigTemplate(DateTimeOffset now) =>
        After.Image.Child(After.Config, [History], Author ?? After.Image.Author, comment: null, now);

    /// <summary>
    /// A digest of all that the result depends on: the image it is made on, the whole configuration that comes of it, what is run with which
    /// arguments, and what is copied. Two steps with one key come to the same.
    /// </summary>
    /// <param name="from">The image that is copied from.</param>
    /// <param name="sources">The digest of what is copied; <see langword="null"/> where nothing is.</param>
    public string Key(string? from, string? sources)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            json.WriteNumberValue(KeyVersion);
            json.WriteStringValue(After.ImageId ?? $"{After.Image.Os}/{After.Image.Architecture}/{After.Image.Variant}");
            json.WriteStringValue(History);
            json.WriteStringValue(Author ?? After.Image.Author);
            json.WriteStringValue(ImageConfigJson.Write(null, After.Config).ToJsonString());
            json.WriteStringValue(Folder);
            json.WriteStringValue(Run?.Network);
            foreach (var word in (Run?.Command ?? []).Concat(Run?.Environment.Where(e => !e.Hidden).Select(e => e.Variable) ?? []))
                json.WriteStringValue(word);
            JsonSerializer.Serialize(json, Run?.Mounts ?? []);
            if (Copy is not null)
                JsonSerializer.Serialize(json, Copy with { FromImageId = from });
            json.WriteStringValue(sources);
            json.WriteEndArray();
        }
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(text.ToArray()));
    }

    private static (StepPlan?, Refusal?) PlanRun(Instruction i, StageState state, IReadOnlyDictionary<string, string> given, char escape)
    {
        if (!RunPlan.TryMake(i, state, given, escape, out var run, out var refusal))
            return (null, refusal);
        string[] args = [.. state.ArgsOfRun.Select(a => $"{a.Key}={a.Value}")];
        // As the classic builder: what of the arguments the program saw is in the image's history.
        string[] told = args is [] ? run.Command : [string.Create(CultureInfo.InvariantCulture, $"|{args.Length}"), .. args, .. run.Command];
        return (new StepPlan(state, string.Join(' ', told)) { Run = run }, null);
    }

    private static (StepPlan?, Refusal?) PlanCopy(Instruction i, StageState state, char escape)
    {
        if (!CopyPlan.TryMake(i, state, escape, out var copy, out var from, out var refusal))
            return (null, refusal);
        return (new StepPlan(state, HistoryText.AsWritten(i)) { Copy = copy, CopyFrom = from }, null);
    }

    /// <summary>Of one without a default the value is the client's, or that of the same name before the first FROM; it may have none.</summary>
    private static (StepPlan?, Refusal?) PlanArg(
        Instruction i, StageState state, IReadOnlyDictionary<string, string> given, IReadOnlyDictionary<string, string> global, char escape)
    {
        var args = new Dictionary<string, string>(state.Args);
        foreach (var (name, otherwise) in BuildArguments.Of(i, escape))
        {
            string? value = null;
            if (otherwise is not null && !Words.TryExpand(otherwise, (state with { Args = args }).Variables, escape, out value, out var error))
                return (null, new Refusal(RefusalKind.Invalid, Dockerfile.OnLine(i.Line, error)));
            if (given.TryGetValue(name, out var theirs))
                value = theirs;
            else if (value is null && global.TryGetValue(name, out var above))
                value = above;
            if (value is not null)
                args[name] = value;
        }
        return (new StepPlan(state with { Args = args }, HistoryText.AsWritten(i)), null);
    }

    private static (StepPlan?, Refusal?) PlanShell(Instruction i, StageState state, char escape)
    {
        if (!JsonForm.TryRead(i.Rest, out var shell, out _) || shell is not { Length: > 0 })
            return (null, new Refusal(RefusalKind.Invalid, "SHELL requires the arguments to be in JSON form"));
        var after = With(state, state.Config with { Shell = shell });
        return (new StepPlan(after, HistoryText.OfConfig(i, state, after, escape)), null);
    }

    private static (StepPlan?, Refusal?) PlanConfig(Instruction i, StageState state, char escape)
    {
        if (!ContainerChange.TryApply(i.Change, state.Config, out var changed, out var refusal, escape, state.Args, state.Shell, state.HasCommand))
            return (null, refusal);
        var after = With(state, changed) with { HasCommand = state.HasCommand || i.Keyword is "CMD" };
        return (new StepPlan(after, HistoryText.OfConfig(i, state, after, escape)) { Folder = i.Keyword is "WORKDIR" ? changed.WorkingDir : null }, null);
    }

    private static StageState With(StageState state, ContainerConfig config) => state with { Image = state.Image with { Config = config } };
}
